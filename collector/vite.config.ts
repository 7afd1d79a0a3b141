/** Builds the page into dist/dashboard, from where the admin server sends it. */
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: join(import.meta.dirname, 'src/dashboard'),
  plugins: [react()],
  build: {
    outDir: join(import.meta.dirname, 'dist/dashboard'),
    emptyOutDir: true,
    // The page's policy allows no data: addresses, so every file stays a file.
    assetsInlineLimit: 0,
    target: 'es2023',
  },
});
