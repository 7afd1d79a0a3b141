/** "Updated 3 s ago" in the header, and in words what is wrong when something is. */
import { ago, duration } from '../text/quantities.ts';
import { useFreshness } from './freshness.ts';
import { REFRESH_MS } from './use-live.ts';
import { useNow } from './use-now.ts';

export function FreshnessLine() {
  const { answeredAt, trouble } = useFreshness();
  const now = useNow();
  const state = trouble ? 'bad' : answeredAt === undefined ? 'waiting' : 'good';
  return (
    <p className="freshness" data-state={state}>
      {answeredAt !== undefined ? `Updated ${ago(answeredAt, now)}` : trouble ? 'No answer' : 'Connecting…'}
    </p>
  );
}

export function TroubleBanner() {
  const { answeredAt, trouble } = useFreshness();
  const now = useNow();
  if (!trouble) return <div role="status" />;
  const shown =
    answeredAt === undefined
      ? ''
      : ` What you see is from ${ago(answeredAt, now) === 'just now' ? 'a moment ago' : ago(answeredAt, now)}.`;
  return (
    <div role="status" className="banner">
      <strong>{trouble.title}</strong> {trouble.detail}
      {shown} Trying again every {duration(REFRESH_MS / 1000)}.
    </div>
  );
}
