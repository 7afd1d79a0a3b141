/** Why the state folder cannot be used. The message is one line for a person. */
export type StateFault = 'folder-unusable' | 'in-use' | 'newer-version' | 'absent';

export class StateError extends Error {
  override name = 'StateError';
  readonly fault: StateFault;
  constructor(fault: StateFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}
