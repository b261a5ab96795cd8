import { holdToReference, isQuick } from './hold-to-reference.ts';

/** Those with so many requests that the unit tests would take a quarter longer for them. */
holdToReference((one) => !isQuick(one));
