/** What an X server said is not what was asked for, or not X11 at all. The message says what it is instead. */
export class NotX11 extends Error {
  override readonly name = 'NotX11';
}
