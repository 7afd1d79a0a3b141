import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Page } from './page.tsx';
import './styles/tokens.css';
import './styles/layout.css';
import './styles/tables.css';
import './styles/details.css';

// The views remember their own places: see route/scroll-memory.ts.
history.scrollRestoration = 'manual';

const place = document.getElementById('page');
if (place) {
  createRoot(place).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}
