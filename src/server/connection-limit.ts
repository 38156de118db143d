/**
 * How many clients a listener talks with at once, so that idle ones cannot take all descriptors.
 */

/** Connections of one listener; more are closed as they come. */
export const MAX_CONNECTIONS = 2048;
