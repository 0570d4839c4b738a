import './zod-settings.js';
import { type BrandOfPage, brandMetaName, brandOfPage } from '../../src/brand/page-brand.js';
import { fill } from '../../src/brand/texts.js';
import { type Child, el } from './dom.js';
import type { Words } from './words.js';

export type Brand = BrandOfPage;

export const noBrand: Brand = { organisation: null, helpUrl: null, texts: {}, logo: null };

export function readBrand(): Brand {
  const content = document.querySelector<HTMLMetaElement>(`meta[name="${brandMetaName}"]`)?.content;
  if (content === undefined) return noBrand;
  try {
    const parsed = brandOfPage.safeParse(JSON.parse(content));
    return parsed.success ? parsed.data : noBrand;
  } catch {
    return noBrand;
  }
}

/** Replaces texts by the organization's own, as plain text. */
export function brandWords(words: Words, own: Brand['texts'][keyof Brand['texts']]): Words {
  if (own === undefined) return words;
  const { lockedFor, flashesText } = own;
  return {
    ...words,
    title: own.title ?? words.title,
    helpLink: own.help ?? words.helpLink,
    otherWay: own.otherWay ?? words.otherWay,
    passed: {
      ...words.passed,
      verify: own.passedVerify ?? words.passed.verify,
      enrol: own.passedEnrol ?? words.passed.enrol,
    },
    failed: {
      ...words.failed,
      heading: own.failedHeading ?? words.failed.heading,
      text: own.failedText ?? words.failed.text,
    },
    expired: { ...words.expired, text: own.expiredText ?? words.expired.text },
    abandoned: { ...words.abandoned, text: own.abandonedText ?? words.abandoned.text },
    tryAgainAt:
      lockedFor === undefined
        ? words.tryAgainAt
        : ({ time, minutes }) => fill(lockedFor, { minutes: String(minutes), time }),
    flashes: {
      ...words.flashes,
      text:
        flashesText === undefined
          ? words.flashes.text
          : ({ organisation }) => fill(flashesText, { organisation: String(organisation ?? '') }),
    },
    kiosk: {
      ...words.kiosk,
      heading: own.kioskHeading ?? words.kiosk.heading,
      text: own.kioskText ?? words.kiosk.text,
    },
  };
}

export function showName({ logo }: Brand, name: string): Child {
  if (logo === null) return name;
  const { path, dark, widthPx, heightPx } = logo;
  return el(
    'picture',
    {},
    dark === null ? null : el('source', { srcset: dark, media: '(prefers-color-scheme: dark)' }),
    el('img', { src: path, alt: name, width: String(widthPx), height: String(heightPx) }),
  );
}
