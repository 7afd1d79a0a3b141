/** What the process of agents is told. Each may be said twice: an agent that is killed gets the same again. */
export type AgentCommand = { agent: number } & (
  | { do: 'install' | 'remove'; program: number }
  | {
      do: 'meter';
      program: number;
      uid: number;
      day: number;
      run: string;
      seconds: number;
      launches: number;
      /** 36 bytes. */
      slots: number[];
    }
  | { do: 'turn' }
  | { do: 'look' }
);

export interface AgentAnswer {
  /** Of the command; 0 when the agents are open. */
  id: number;
  value: { quiet: boolean; deviceId: string } | undefined;
}
