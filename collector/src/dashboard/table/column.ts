import type { ReactNode } from 'react';

export interface Column<Row> {
  key: string;
  title: string;
  /** The collector can sort by `key`; this is the direction that a first click asks for. */
  sort?: 'asc' | 'desc';
  /** Numbers align at their last digit. */
  numeric?: boolean;
  /** Dropped on narrow screens; what matters of it stands in another cell there. */
  wideOnly?: boolean;
  /** Also left out on a tablet held upright. */
  widestOnly?: boolean;
  cell: (row: Row) => ReactNode;
}
