import express, { type Express } from 'express';
import type { Brands } from '../../admin/brand/brands.js';
import { toStylesheet } from '../../admin/brand/palette.js';
import { FaceError } from '../../errors.js';
import { discardBody } from '../../http/collect.js';
import { brandFiles, pagePath } from '../../http/page-link.js';
import { addBrand } from './branded-page.js';
import { createPageReader, type PageFolders, securePreview } from './page.js';

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
