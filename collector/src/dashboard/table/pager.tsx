import { counted } from '../text/quantities.ts';

interface PagerProps {
  /** From 1. */
  page: number;
  rowsOfAPage: number;
  total: number;
  onPage: (page: number) => void;
}

export function Pager({ page, rowsOfAPage, total, onPage }: PagerProps) {
  const pages = Math.ceil(total / rowsOfAPage);
  if (pages < 2) return null;
  const first = (page - 1) * rowsOfAPage + 1;
  return (
    <nav className="pager" aria-label="Pages">
      <button type="button" className="plain" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        ← Previous
      </button>
      <span>
        {counted(first)}–{counted(Math.min(total, first + rowsOfAPage - 1))} of {counted(total)}
      </span>
      <button type="button" className="plain" disabled={page >= pages} onClick={() => onPage(page + 1)}>
        Next →
      </button>
    </nav>
  );
}
