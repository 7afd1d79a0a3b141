/** Raised when the engine cannot start; its message is one line for the person who started it. */
export class EngineStartError extends Error {
  override name = 'EngineStartError';
}
