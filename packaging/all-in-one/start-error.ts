/** Why everything on one machine cannot start. The message is the one line a person sees, without a stack. */
export class StartError extends Error {
  override name = 'StartError';
}
