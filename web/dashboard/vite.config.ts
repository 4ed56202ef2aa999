import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The control plane that `npm run dev` talks to.
const controlPlane = process.env.DRAAS_URL ?? 'http://127.0.0.1:5000';

export default defineConfig(({ command }) => ({
  base: command === 'build' ? './' : '/',
  plugins: [
    react(),
    {
      // When built, the control plane fills in where it serves the page.
      name: 'base-of-the-page',
      transformIndexHtml: {
        order: 'post',
        handler: (html) => (command === 'serve' ? html.replace('"@/"', '"/"') : html),
      },
    },
  ],
  build: {
    outDir: 'dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    manifest: 'manifest.json',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/api': { target: controlPlane },
      '/openapi': { target: controlPlane },
      '/scalar': { target: controlPlane },
      '/swagger': { target: controlPlane },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
}));
