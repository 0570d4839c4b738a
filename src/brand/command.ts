import { dirname, resolve } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { callServer, type Fields } from '../cli/call-server.js';
import { UsageError } from '../cli/command-error.js';
import type { CliDeps } from '../cli/deps.js';
import { parseGivenJson, readGivenFile } from '../cli/named-file.js';
import { createActions, createServerCommand } from '../cli/server-command.js';
import { toFactLines, toPrintable, toRowLines } from '../cli/table.js';
import { type BrandConfig, brandConfigGuard } from '../config/schema.js';
import { pictureNames } from './brand.js';
import { type BrandReply, brandReply, type CheckedBrandReply, checkedBrandReply } from './replies.js';

export function createBrandCommand(deps: CliDeps): CommandUnknownOpts {
  const { calling } = createActions(deps);
  const { command, add } = createServerCommand('brand', 'manage the logo, colours and texts of the capture page');
  const printBrand = (inForce: BrandReply): void => toLines(inForce).forEach(deps.print);
  const apply = async (brand: string): Promise<void> =>
    printBrand(await callServer('POST /brand/apply', brandReply, deps, { brand }));
  /**
   * Has the server check a brand file, and prints all problems.
   * @returns the server's reply
   */
  const check = async (file: string): Promise<CheckedBrandReply> => {
    const checked = await callServer('POST /brand/check', checkedBrandReply, deps, await toFields(file));
    for (const { field, code, reason } of checked.problems)
      deps.printError(toPrintable(`${field}: ${reason} (${code})`));
    if (checked.digest === null) deps.endWith(1);
    return checked;
  };

  add('show', 'show the active brand and previous ones').action(
    calling('GET /brand', brandReply.loose(), (inForce) => {
      if (!deps.printJson(inForce)) printBrand(inForce);
    }),
  );
  add('check', 'validate a brand and print the path of a preview; nothing changes')
    .argument('<file>', 'JSON file, in the form of `brand` in the configuration')
    .action(async (file) => {
      const { preview } = await check(file);
      if (preview !== null) deps.print(preview);
    });
  add('set', 'validate and activate a brand')
    .argument('<file>', 'JSON file, in the form of `brand` in the configuration')
    .action(async (file) => {
      const { digest } = await check(file);
      if (digest !== null) await apply(digest);
    });
  add('back', 'roll back to a previous brand').argument('<digest>', 'digest that “show” prints').action(apply);
  add('clear', 'reset to the default look').action(() => apply(''));
  return command;
}

async function toFields(file: string): Promise<Fields> {
  const brand = brandConfigGuard.safeParse(parseGivenJson((await readGivenFile(file)).toString(), file));
  if (!brand.success) throw new UsageError(`${file} is not a brand: ${brand.error.issues.map(toPlace).join(', ')}`);
  const { texts, logo, logoDark, icon, ...settings } = brand.data;
  const named = pictureNames.filter((name) => brand.data[name] !== null);
  const pictures = await Promise.all(named.map(async (name) => [name, await readPicture(file, brand.data, name)]));
  return {
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, value ?? ''])),
    ...Object.fromEntries(
      Object.entries(texts).flatMap(([language, own]) => (own === undefined ? [] : [[language, JSON.stringify(own)]])),
    ),
    ...Object.fromEntries(pictures),
    without: pictureNames.filter((name) => brand.data[name] === null),
  };
}

const toPlace = ({ path }: { readonly path: readonly PropertyKey[] }): string =>
  path.map(String).join('.') || 'the file';

async function readPicture(file: string, brand: BrandConfig, name: (typeof pictureNames)[number]): Promise<string> {
  return (await readGivenFile(resolve(dirname(file), brand[name] ?? ''))).toString('base64');
}

function toLines({ source, digest, brand, versions }: BrandReply): string[] {
  const { texts = [], logo = null, logoDark = null, icon = null } = brand ?? {};
  const size = (picture: { readonly widthPx: number; readonly heightPx: number } | null): string =>
    picture === null ? '-' : `${picture.widthPx} × ${picture.heightPx}`;
  const facts: [string, string | null][] = [
    ['decided by', source],
    ['digest', digest],
    ['organisation', brand?.organisation ?? null],
    ['help', brand?.helpUrl ?? null],
    ['accent', `${brand?.accent ?? '-'}  ${brand?.accentDark ?? '-'}`],
    ['ground', `${brand?.ground ?? '-'}  ${brand?.groundDark ?? '-'}`],
    ['logo', `${size(logo)}  ${size(logoDark)}`],
    ['icon', size(icon)],
    ['texts', texts.map(({ language, key }) => `${language}.${key}`).join(', ') || '-'],
  ];
  const published = toRowLines(versions, { published: 'at', by: 'by', organisation: 'organisation', digest: 'digest' });
  return [...toFactLines(facts), ...(versions.length === 0 ? [] : ['', ...published])];
}
