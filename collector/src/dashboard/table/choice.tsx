interface ChoiceProps {
  label: string;
  values: readonly [value: string, text: string][];
  chosen: string;
  onChoose: (value: string) => void;
}

/** One of a few values, by the browser's own control: it works by keyboard and on a telephone as people expect. */
export function Choice({ label, values, chosen, onChoose }: ChoiceProps) {
  return (
    <select
      className="choice"
      aria-label={label}
      value={chosen}
      onChange={(event) => onChoose(event.target.value)}
    >
      {values.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}
