/** What a person should know and may act on, as data. */
export interface Problem {
  code: string;
  title: string;
  severity: 'warning' | 'error';
  advice: string;
}
