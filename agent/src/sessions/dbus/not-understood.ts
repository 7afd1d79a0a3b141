/** What came over the bus is not what was asked for, or no message at all. */
export class NotUnderstood extends Error {
  override readonly name = 'NotUnderstood';
}
