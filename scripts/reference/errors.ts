import { commandRefusals } from '../../src/cli/command-error.js';
import { errorAdvice } from '../../src/cli/failure-text.js';
import { faceErrorCodes, type RefusalKind, refusals } from '../../src/errors.js';
import { toPage, toText } from './markdown.js';

const titles: Readonly<Record<RefusalKind, string>> = {
  request: 'Requests',
  photo: 'Photos',
  caller: 'Credentials of the caller',
  unverified: 'Checks, tokens and states',
  service: 'This server and the services behind it',
};

const toEntry = (code: string, heading: string, { text, advice }: { readonly text: string; readonly advice: string }) =>
  [`### ${code}`, `${heading}: ${toText(text)}`, `What to do: ${toText(advice)}`].join('\n\n');

const isKind = (name: string): name is RefusalKind => name in titles;

export const renderErrors = (): string =>
  toPage(
    'Error codes',
    'Every error code with its HTTP status, its text and what to do. [The API page](../api.md#errors-and-retries) describes the shape of an error reply.',
    [
      ...Object.keys(titles)
        .filter(isKind)
        .flatMap((kind) => [
          `## ${titles[kind]}`,
          ...faceErrorCodes
            .filter((code) => refusals[code].kind === kind)
            .map((code) =>
              toEntry(code, `HTTP ${refusals[code].status}`, { text: refusals[code].text, advice: errorAdvice[code] }),
            ),
        ]),
      '## Commands',
      'Only commands report these. Each ends the command with exit code 1.',
      ...Object.entries(commandRefusals).map(([code, refusal]) => toEntry(code, 'Exit code 1', refusal)),
    ],
  );
