import type { Trouble } from './live/question.ts';

interface NotKnownProps {
  what: string;
  id: string;
  trouble: Trouble | undefined;
}

/** A detail without an answer: still loading, or there is no such thing. */
export function NotKnown({ what, id, trouble }: NotKnownProps) {
  if (trouble?.code !== `${what}-unknown`) return <p className="empty">Loading…</p>;
  return (
    <div className="empty">
      <h1 id="title" tabIndex={-1} className="lead">
        {trouble.title}
      </h1>
      <p>
        <code>{id}</code>: {trouble.detail}
      </p>
    </div>
  );
}
