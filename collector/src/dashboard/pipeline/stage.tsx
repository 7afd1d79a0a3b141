export interface StageProps {
  name: string;
  figure: string;
  state: 'good' | 'slow' | 'bad';
  /** The state in words: colour alone says nothing to some. */
  word: string;
  facts: [string, string][];
}

export function Stage({ name, figure, state, word, facts }: StageProps) {
  return (
    <li className="stage" data-state={state}>
      <h2>{name}</h2>
      <p className="value">{figure}</p>
      <p className="word">{word}</p>
      <dl>
        {facts.map(([fact, value]) => (
          <div key={fact}>
            <dt>{fact}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}
