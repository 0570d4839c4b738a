import { pagePath } from './page-link.js';

/** What is served of a brand. */
export const brandFiles = ['brand.css', 'logo.png', 'logoDark.png', 'icon.png'] as const;
export type BrandFile = (typeof brandFiles)[number];

/** Where a file of a brand is: never another file under the same address. @param digest - of the brand */
export const brandFilePath = (digest: string, file: BrandFile): string => `${pagePath}/brand/${digest}/${file}`;

/** Where the capture page is shown with a brand that is not in force. */
export const previewPath = (digest: string): string => `${pagePath}/preview/${digest}`;
