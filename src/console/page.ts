import type { ServerResponse } from 'node:http';
import express, { type Router } from 'express';
import { FaceError } from '../errors.js';
import { discardBody } from '../http/collect.js';
import { createCompressedAssets } from '../http/compressed-assets.js';
import { noDevices, ownFiles, securePage } from '../http/content-security-policy.js';

/** Frames hold only pages of ours. `data:` is for the logo that an administrator has just chosen. */
const secured = securePage(
  { ...ownFiles, 'img-src': "'self' data:", 'frame-src': "'self'", 'form-action': "'self'" },
  { 'Permissions-Policy': noDevices },
);

/**
 * Serves the page of the console and its assets. Asset names hold a digest of their content, so browsers may keep them; every
 * other address below is the page itself, which reads from it what to show.
 * @param folder - what `vite build` made
 */
export function createPageRouter(folder: string): Router {
  const page = express.Router();
  page.use(discardBody, secured);
  page.get('/assets/:file', createCompressedAssets(folder));
  page.use(
    '/assets',
    express.static(`${folder}/assets`, { ...unmarked, index: false, redirect: false, setHeaders: kept }),
    () => {
      throw new FaceError('not_found');
    },
  );
  // Without a parameter, which the router would read: no address of ours is written so, and the page could read it no better.
  page.get(/.*/, ({ path, baseUrl }, response) => {
    if (!isReadable(path)) return response.redirect(303, baseUrl);
    response.sendFile('index.html', { root: folder, ...unmarked, etag: false });
  });
  return page;
}

function isReadable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

const unmarked = { cacheControl: false, lastModified: false } as const;

const kept = (response: ServerResponse): void => {
  response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
};
