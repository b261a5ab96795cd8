/**
 * How long any one step of a start may take, in seconds.
 *
 * On two quiet cores the longest takes three; a machine with twenty times more to do than it has cores must get there
 * as well. Below the two minutes kwokctl gives the API server, so that the error is ours. What has ended is noticed
 * at once and waits for no limit.
 */
export const startLimitSeconds = 100;
export const startLimitMs = startLimitSeconds * 1000;
