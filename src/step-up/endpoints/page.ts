import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { texts } from '../../../locales/compiled/server/capture-page/all.js';
import type { Brands, NamedBrand } from '../../brand/brands.js';
import { type BrandOfPage, brandMetaName } from '../../brand/page-brand.js';
import { toStylesheet } from '../../brand/palette.js';
import { html } from '../../core/base/html.js';
import { languageOf } from '../../core/base/languages.js';
import { makeOnce } from '../../core/base/make-once.js';
import { directionOf, type SupportedLanguage } from '../../core/language.js';
import { brandFilePath, brandFiles, pagePath } from '../../core/page-link.js';
import type { LivenessVendors } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { type PageModel, pageModels, toPageModel } from '../../face/engine/page-model.js';
import { readPublishedFile } from '../../face/engine/published-file.js';
import { markOf } from '../../files/durable-file.js';
import { createCompressedAssets } from '../../http/compressed-assets.js';
import { ownFiles, securePage } from '../../http/content-security-policy.js';
import { discardBody, queryOf } from '../../http/front-door.js';

const guidingModels: Readonly<Record<string, PageModel>> = pageModels;

interface ServedModel {
  readonly plain: Uint8Array;
  readonly compressed: Uint8Array;
}

const compress = promisify(brotliCompress);
/** A higher quality would take seconds, and save 1 %. */
const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };

async function readModel(folder: string, { published }: PageModel): Promise<ServedModel | null> {
  const bytes = await readPublishedFile(folder, published);
  if (bytes === null) return null;
  const plain = toPageModel(bytes);
  return { plain, compressed: await compress(plain, { params }) };
}

/** Reads model files and caches them. All callers get the same buffers and must not change them. */
function createModelReader(folder: string): (model: PageModel) => Promise<ServedModel | null> {
  const kept = new Map<string, { readonly mark: string; readonly served: Promise<ServedModel | null> }>();
  return async (model) => {
    const { file } = model.published;
    // An error is ignored here, because reading the file reports it.
    const mark = await markOf(join(folder, file)).catch(() => '');
    const known = kept.get(file);
    if (known?.mark === mark) return known.served;
    const served = readModel(folder, model);
    kept.set(file, { mark, served });
    served.catch(() => kept.delete(file));
    return served;
  };
}

/**
 * Serves `/<name>.onnx?<digest>` after verifying the published file. Browsers may cache it forever. Without models, the
 * page shows no guidance.
 * @throws `not_found`; `model_altered` and `model_missing` if the file changed
 */
function createModelHandler(folder: string): RequestHandler<{ name: string }> {
  const read = createModelReader(folder);
  return async (request, response) => {
    const { name } = request.params;
    const expected = Object.hasOwn(guidingModels, name) ? guidingModels[name] : null;
    const served = expected === null ? null : await read(expected);
    if (expected === null || served === null) throw new FaceError('not_found');
    if (request.url.endsWith(`?${expected.sha256}`))
      response.set('Cache-Control', 'public, max-age=31536000, immutable');
    response.vary('Accept-Encoding');
    const isCompressed = request.acceptsEncodings('br') !== false;
    if (isCompressed) response.set('Content-Encoding', 'br');
    // With an unexpected type, some browsers show an empty page.
    response.type('application/octet-stream').send(isCompressed ? served.compressed : served.plain);
  };
}

function toPageBrand({ digest, brand }: NamedBrand): BrandOfPage {
  const { organisation, helpUrl, texts, logo, logoDark } = brand;
  const dark = logoDark === null ? null : brandFilePath(digest, 'logoDark.png');
  return {
    organisation,
    helpUrl,
    texts,
    logo:
      logo === null
        ? null
        : { path: brandFilePath(digest, 'logo.png'), dark, widthPx: logo.widthPx, heightPx: logo.heightPx },
  };
}

const ownIcon = /<link rel="icon"[^>]*>/;

function addBrand(page: string, named: NamedBrand | null): string {
  if (named === null) return page;
  const { digest, brand } = named;
  const added = html`<link rel="stylesheet" href="${brandFilePath(digest, 'brand.css')}">
<meta name="${brandMetaName}" content="${JSON.stringify(toPageBrand(named))}">
</head>`;
  const icon = html`<link rel="icon" type="image/png" href="${brandFilePath(digest, 'icon.png')}">`;
  const withIcon = brand.icon === null ? page : page.replace(ownIcon, () => icon.toString());
  return withIcon.replace('</head>', () => added.toString());
}

const textsLink = /<link rel="modulepreload" data-language="(\w+)"[^>]*>\s*/g;

/**
 * Adds the text that is shown until the script replaces it, or if the script does not run, and removes the links to the
 * texts of other languages.
 */
function addLanguage(page: string, language: SupportedLanguage): string {
  const { title, loading } = texts[language];
  const main = html`<main data-screen="opening"><h1>${title}</h1><p class="late">${loading}</p></main>`;
  return page
    .replace('<html lang="en">', `<html lang="${language}" dir="${directionOf(language)}">`)
    .replace('<main data-screen="opening"></main>', () => main.toString())
    .replaceAll(textsLink, (link, tag) => (tag === language ? link : ''));
}

export interface PageFolders {
  readonly page: string;
  readonly models: string;
}

/** `wasm-unsafe-eval` allows the WebAssembly that guides the person, but no JavaScript from text. */
const policy = {
  ...ownFiles,
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'img-src': "'self' blob: data:",
  'media-src': "'self' blob:",
} as const;

/** Lets a pop-up sign-in keep access to the window that opened it. */
const keepOpener = { 'Cross-Origin-Opener-Policy': 'unsafe-none' };

/** Secures the page. The hosts of liveness vendors are allowed only if the configuration has these vendors. */
const secureCapture = (vendors: LivenessVendors) =>
  securePage(
    {
      ...policy,
      'connect-src': ["'self'", ...[...vendors.values()].flatMap(({ hosts }) => hosts.connect)].join(' '),
    },
    {
      ...keepOpener,
      'Permissions-Policy':
        'camera=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), microphone=(), geolocation=()',
    },
  );

export const securePreview = securePage({ ...policy, 'frame-ancestors': "'self'" }, keepOpener);

export const createPageReader = ({ page }: PageFolders, file: string): (() => Promise<string>) =>
  makeOnce(() => readFile(join(page, file), 'utf8'));

/**
 * Serves the capture page and its immutable assets.
 * @param keepDevice - handler that sets the cookie by which a browser is recognized, or deletes it at a kiosk
 */
export function mountPage(
  app: Express,
  folders: PageFolders,
  {
    brands,
    keepDevice = null,
    livenessVendors = new Map(),
  }: {
    readonly brands: Brands | null;
    readonly livenessVendors?: LivenessVendors;
    readonly keepDevice?: ((request: Request, response: Response, isKiosk: boolean) => void) | null;
  },
): void {
  const readPage = createPageReader(folders, 'index.html');
  const page = express.Router();
  page.use(secureCapture(livenessVendors));
  page.get(['/', '/kiosk', '/not-me'], discardBody, async (request, response) => {
    if (request.path !== '/not-me') keepDevice?.(request, response, request.path === '/kiosk');
    const [html, brand] = await Promise.all([readPage(), brands?.inForce() ?? null]);
    const wanted = new URLSearchParams(queryOf(request)).get('lang');
    response
      .vary('Accept-Language')
      .type('html')
      .send(addBrand(addLanguage(html, languageOf(wanted, request.acceptsLanguages())), brand));
  });
  const kept = {
    cacheControl: false,
    index: false,
    redirect: false,
    setHeaders: (response: ServerResponse) =>
      response.setHeader('Cache-Control', 'public, max-age=31536000, immutable'),
  };
  // A service worker controls only pages below its path, so it is served next to the page. It is not cached.
  page.get('/notice-worker.js', discardBody, (_request, response) =>
    response.sendFile('notice-worker.js', { root: folders.page, cacheControl: false }),
  );
  page.get('/models/:name.onnx', discardBody, createModelHandler(folders.models));
  page.use('/assets', discardBody);
  page.get('/assets/:file', createCompressedAssets(folders.page));
  page.use('/assets', express.static(`${folders.page}/assets`, kept), () => {
    throw new FaceError('not_found');
  });
  app.use(pagePath, page);
}

const digestPattern = /^[0-9a-f]{64}$/;

/**
 * Serves the files of brands, and a preview of the capture page with an unpublished brand, which the console may show
 * in a frame.
 */
export function mountBrand(app: Express, folders: PageFolders, { brands }: { readonly brands: Brands }): void {
  const find = async (digest: string) => {
    const brand = digestPattern.test(digest) ? await brands.find(digest) : null;
    if (brand === null) throw new FaceError('not_found');
    return brand;
  };
  const router = express.Router();
  router.get('/brand/:digest/:file', discardBody, async (request, response) => {
    const file = brandFiles.find((each) => each === request.params.file);
    if (file === undefined) throw new FaceError('not_found');
    const brand = await find(request.params.digest);
    const kept = 'public, max-age=31536000, immutable';
    if (file === 'brand.css') {
      response.set('Cache-Control', kept).type('css').send(toStylesheet(brand));
      return;
    }
    const picture = { 'logo.png': brand.logo, 'logoDark.png': brand.logoDark, 'icon.png': brand.icon }[file];
    if (picture === null) throw new FaceError('not_found');
    response.set('Cache-Control', kept).type('png').send(Buffer.from(picture.png, 'base64'));
  });
  const readPreview = createPageReader(folders, 'preview.html');
  router.get('/preview/:digest', discardBody, securePreview, async (request, response) => {
    const { digest } = request.params;
    const brand = await find(digest);
    response.type('html').send(addBrand(await readPreview(), { digest, brand }));
  });
  app.use(pagePath, router);
}
