import type { NamedBrand } from '../../admin/brand/brands.js';
import { type BrandOfPage, brandMetaName } from '../../admin/brand/page-brand.js';
import { html } from '../../core/base/html.js';
import { brandFilePath } from '../../http/page-link.js';

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

export function addBrand(page: string, named: NamedBrand | null): string {
  if (named === null) return page;
  const { digest, brand } = named;
  const added = html`<link rel="stylesheet" href="${brandFilePath(digest, 'brand.css')}">
<meta name="${brandMetaName}" content="${JSON.stringify(toPageBrand(named))}">
</head>`;
  const icon = html`<link rel="icon" type="image/png" href="${brandFilePath(digest, 'icon.png')}">`;
  const withIcon = brand.icon === null ? page : page.replace(ownIcon, () => icon.toString());
  return withIcon.replace('</head>', () => added.toString());
}
