import { holdGiveUp } from './hold-give-up.ts';

// The others, with more requests: give-up-against-reference.e2e.test.ts.
holdGiveUp(({ isQuick }) => isQuick);
