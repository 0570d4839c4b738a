import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../support/run/paths.js';
import { supportedLanguages } from '../core/language.js';
import { consentVersion, vendorConsentVersion } from './session-view.js';

/**
 * Digests of the consent texts of all languages, by version. Statements about vendors have a version of their own, so
 * that their change does not ask the people of other connections again. If the meaning of a text changes, give the texts a new
 * version in `session-view.ts`, so that people who agreed to the earlier ones are asked again. If only the wording
 * changes, replace the digest.
 */
const digests: Readonly<Record<string, string>> = {
  'consent-1': '0c6c0feaebf3e1b3bbd7d8eecd4dc7dd121e371e33f10c22994353b71989f689',
  '2': '51bbb512aedbcbc92a2134689abb8b7cbbb87d5adbb75d412294402ed2cc6733',
};

test('a changed consent text requires a new version, or a deliberately replaced digest', () => {
  const texts = supportedLanguages.map((language) => {
    const { capture } = JSON.parse(readFileSync(join(projectRoot, `locales/${language}.json`), 'utf8'));
    const { vendors, ...own } = capture.page.consent;
    return { own: [language, own], vendors: [language, vendors] };
  });
  const toDigest = (each: unknown): string => createHash('sha256').update(JSON.stringify(each)).digest('hex');
  expect(toDigest(texts.map(({ own }) => own))).toBe(digests[consentVersion]);
  expect(toDigest(texts.map(({ vendors }) => vendors))).toBe(digests[vendorConsentVersion]);
});
