/**
 * A day with a person at the device for so long is one on which its programs could have been used. More is not told: how long
 * somebody works is nobody's business here.
 */
export const PERSON_PRESENT_SECONDS = 900;

/** A day with a program in front for so long is one on which it was used. */
export const ENOUGH_FRONT_SECONDS = 300;
