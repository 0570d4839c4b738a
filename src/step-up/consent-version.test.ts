import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../support/run/paths.js';
import { supportedLanguages } from '../core/language.js';
import { consentVersion } from './session-view.js';

/**
 * Digest of the consent texts of all languages, by version. If the meaning of a text changes, give the texts a new
 * version in `session-view.ts`, so that people who agreed to the earlier ones are asked again. If only the wording
 * changes, replace the digest.
 */
const digests: Readonly<Record<string, string>> = {
  'consent-1': '5aa4859a1cf4f25b7dbfc3a1c70b58995917ce6810a75173b5e68d466a0f6a8e',
};

test('a changed consent text requires a new version, or a deliberately replaced digest', () => {
  const texts = supportedLanguages.map((language) => {
    const { capture } = JSON.parse(readFileSync(join(projectRoot, `locales/${language}.json`), 'utf8'));
    return [language, capture.page.consent];
  });
  const digest = createHash('sha256').update(JSON.stringify(texts)).digest('hex');
  expect(digest).toBe(digests[consentVersion]);
});
