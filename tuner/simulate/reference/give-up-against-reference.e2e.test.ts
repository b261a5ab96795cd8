import { holdGiveUp } from './hold-give-up.ts';

/** Those that would make the unit tests much longer. */
holdGiveUp(({ isQuick }) => !isQuick);
