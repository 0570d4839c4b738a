import { pagePath } from './page-link.js';

export const brandFiles = ['brand.css', 'logo.png', 'logoDark.png', 'icon.png'] as const;
export type BrandFile = (typeof brandFiles)[number];

export const brandFilePath = (digest: string, file: BrandFile): string => `${pagePath}/brand/${digest}/${file}`;

export const previewPath = (digest: string): string => `${pagePath}/preview/${digest}`;
