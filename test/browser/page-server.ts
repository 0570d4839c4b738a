import express from 'express';
import { mountPage } from '../../src/capture/page.js';
import { type Listening, listen } from '../../src/http/listen.js';
import { pageFolders } from '../paths.js';

/** Serves the page as the server does, and nothing else: for screens whose replies are scripted. */
export async function startPageServer(): Promise<Pick<Listening, 'stop'> & { readonly origin: string }> {
  const app = express();
  mountPage(app, pageFolders);
  const { port, stop } = await listen(app, { host: '127.0.0.1', port: 0 });
  return { origin: `http://localhost:${port}`, stop };
}
