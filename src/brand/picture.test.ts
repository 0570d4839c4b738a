import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { openServer } from '../../test/contract/bench.js';
import { takePicture } from './picture.js';
import { findSvgProblem, maxSvgBytes } from './svg.js';

const svg = (inner: string, attributes = 'width="200" height="40"'): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inner}</svg>`,
  );
const square = '<rect width="40" height="40" fill="#7a1fa2"/>';
const png = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: '#7a1fa2' } }).png();

const codeOf = async (bytes: Uint8Array, name: 'logo' | 'icon' = 'logo'): Promise<string> => {
  const taken = await takePicture(name, bytes);
  return taken.outcome === 'refused' ? taken.code : `${taken.picture.widthPx}×${taken.picture.heightPx}`;
};

test('a PNG, WebP or SVG is converted to a PNG of the display size', async () => {
  expect(await codeOf(await png(1000, 200).toBuffer())).toBe('400×80');
  expect(await codeOf(await png(100, 20).toBuffer())).toBe('100×20');
  expect(await codeOf(await png(300, 300).webp().toBuffer())).toBe('80×80');
  expect(await codeOf(svg(square))).toBe('400×80');
  expect(await codeOf(svg(square, 'viewBox="0 0 40 40"'))).toBe('80×80');
  expect(await codeOf(await png(64, 32).toBuffer(), 'icon')).toBe('128×128');
});

test('the conversion keeps only the pixels of a picture and no metadata', async () => {
  const secret = 'taken in the office of the director';
  const bytes = await png(100, 20)
    .withExif({ IFD0: { ImageDescription: secret } })
    .toBuffer();
  expect(bytes.includes(secret)).toBe(true);
  const taken = await takePicture('logo', bytes);
  if (taken.outcome === 'refused') throw new Error(taken.reason);
  const served = Buffer.from(taken.picture.png, 'base64');
  expect(served.includes(secret)).toBe(false);
  const { format, exif, icc, xmp } = await sharp(served).metadata();
  expect({ format, exif, icc, xmp }).toEqual({ format: 'png', exif: undefined, icc: undefined, xmp: undefined });
});

const hostile: Readonly<Record<string, string>> = {
  script: '<script>alert(1)</script>',
  'an event handler': '<rect width="9" height="9" onload="alert(1)"/>',
  foreignObject: '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">a</p></foreignObject>',
  'an image from a local file': '<image xlink:href="file:///etc/hostname" width="9" height="9"/>',
  'a reference to another host': '<use href="https://example.com/a.svg#b"/>',
  'a character-encoded reference to another host': '<use xlink:href="&#104;ttps://example.com/a.svg#b"/>',
  'a quoted fill from another host': `<rect fill="url( 'https://example.com/a.svg#b')" width="9" height="9"/>`,
  'an imported style': '<style>@import "https://example.com/a.css";</style>',
  'a style with an escaped import': '<style>@\\69mport "https://example.com/a.css";</style>',
  'a style with a character-encoded import': '<style>@&#105;mport "https://example.com/a.css";</style>',
  'an animation': '<animate attributeName="href" to="javascript:alert(1)"/>',
  'a link': '<a href="javascript:alert(1)"><rect width="9" height="9"/></a>',
  'a CDATA section': '<style><![CDATA[@import "https://example.com/a.css";]]></style>',
  'a processing instruction': '<?xml-stylesheet href="https://example.com/a.css"?>',
  'an unknown entity': '<title>a</title><rect width="9" height="9" class="&x;"/>',
  'an import that a comment divides': '<style>@im<!-- -->port "https://example.com/a.css";</style>',
  'a reference without quotation marks': '<use href=https://example.com/a.svg#b />',
  'a filter with an external image': '<filter id="a"><feImage href="https://example.com/a.png"/></filter>',
};

test.each(Object.keys(hostile))('an SVG with %s is refused', (name) => {
  expect(findSvgProblem(svg(square + hostile[name]!))).not.toBeNull();
});

test('an SVG with a document type, entities or another encoding is refused', async () => {
  const types = [
    '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE svg>',
    '<?xml version="1.0" encoding="utf-7"?>',
  ];
  for (const type of types)
    expect(await codeOf(Buffer.concat([Buffer.from(type), svg(square)]))).toBe('picture_unsafe');
  expect(findSvgProblem(Buffer.from(svg(square).toString(), 'utf16le'))).not.toBeNull();
  expect(await codeOf(Buffer.concat([svg(square), Buffer.from([0xff])]))).toBe('picture_unsafe');
});

test('the server loads no picture library, because a separate process draws every picture', async () => {
  const take = `const { takePicture } = await import(${JSON.stringify(new URL('picture.js', import.meta.url))});
    const { buffer } = await import('node:stream/consumers');
    const { outcome } = await takePicture('logo', await buffer(process.stdin));
    const libraries = process.report.getReport().sharedObjects.filter((name) => /sharp|vips/.test(name));
    process.stdout.write(JSON.stringify({ outcome, libraries }));`;
  for (const input of [await png(100, 20).toBuffer(), svg(square)]) {
    const result = execFileSync(process.execPath, ['--input-type=module', '--eval', take], { input });
    expect(JSON.parse(String(result))).toEqual({ outcome: 'drawn', libraries: [] });
  }
});

test('an SVG that is not well-formed XML is refused', async () => {
  for (const inner of ['<g a=b/>', '<g a="1"b="2"/>', '<g a="', '<g', '</g>'])
    expect(await codeOf(svg(inner + square))).toMatch(/picture_un/);
});

// Each took 10 to 30 s of a processor when the scan was quadratic; one thousandth of the limit suffices for all together.
test('the SVG check takes time linear in the length of the file, regardless of repetitions in the file', () => {
  const fill = (start: string, repeated: string): string =>
    `<svg ${start}${repeated.repeat(Math.floor((maxSvgBytes - 100) / repeated.length))}`;
  const repeats = [
    'a',
    'a ',
    ' ',
    'a=',
    'a="',
    'a="" ',
    ':',
    '-',
    '/',
    '=',
    '"',
    "'",
    '&',
    '&#',
    'a="&#x41;" ',
    'x=" url(" ',
    '><g',
    '><g a',
    '><!---->',
    '><style>',
    '><!--',
    'xmlns:href',
    'a="url(" ',
    '\t\n',
  ];
  const files = repeats.flatMap((repeated) => [
    fill('', repeated),
    `${fill('', repeated)}>`,
    `${fill('a="', repeated)}"/>`,
    `${fill('><style>', repeated)}</style></svg>`,
    `${'a'.repeat(60_000)}${fill('a', repeated).slice(0, 60_000)}`.replace(/^/, '<svg '),
    `<svg ${'a'.repeat(40_000)}${' '.repeat(80_000)}b/>`,
    `<?xml ${repeated.repeat(10_000)}?><svg/>`,
  ]);
  const scan = `const { findSvgProblem } = await import(${JSON.stringify(new URL('svg.js', import.meta.url))});
    const { json } = await import('node:stream/consumers');
    for (const file of await json(process.stdin)) findSvgProblem(Buffer.from(file));`;
  const command = 'ulimit -t 60; exec "$0" --input-type=module --eval "$1"';
  const { status, stderr } = spawnSync('sh', ['-c', command, process.execPath, scan], {
    input: JSON.stringify(files),
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
});

test('an SVG of shapes with the elements that drawing programs write is accepted', async () => {
  const honest = `<?xml version="1.0" encoding="UTF-8"?>
    <!-- Made by a program -->
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 40" role="img" aria-label="Harbour">
      <title>Harbour &amp; Sons</title>
      <defs><linearGradient id="a"><stop offset="0" stop-color="#7a1fa2"/><stop offset="1" stop-color="#000"/></linearGradient>
      <style>.b{fill:url(#a)} .c{fill:#fff;font-family:'Noto Sans'}</style><g id="d"><circle r="3"/></g></defs>
      <rect class="b" width="100" height="40"/><use href="#d" x="9" y="9"/><text class="c" x="30" y="20">Harbour</text>
    </svg>`;
  expect(await codeOf(Buffer.from(honest))).toBe('200×80');
});

test('the renderer loads no external resource, even without the check before it', async () => {
  let asked = 0;
  const { url, close } = await openServer((_request, response) => {
    asked += 1;
    response.end();
  });
  const folder = mkdtempSync(join(tmpdir(), 'brand-'));
  writeFileSync(
    join(folder, 'red.png'),
    await sharp({ create: { width: 9, height: 9, channels: 4, background: '#f00' } })
      .png()
      .toBuffer(),
  );
  for (const href of [`${url}/a.png`, `file://${folder}/red.png`, `${folder}/red.png`]) {
    const render = `const { render } = await import(${JSON.stringify(new URL('draw-picture.js', import.meta.url))});
      const { buffer } = await import('node:stream/consumers');
      process.stdout.write(JSON.stringify(await render('logo', await buffer(process.stdin), 'svg')));`;
    const drawn = execFileSync(process.execPath, ['--input-type=module', '--eval', render], {
      input: svg(`<image href="${href}" width="40" height="40"/>`),
    });
    expect(JSON.parse(String(drawn))).toMatchObject({ outcome: 'refused', reason: 'nothing is seen on it' });
  }
  expect(asked).toBe(0);
  await close();
  rmSync(folder, { recursive: true });
});

test('a picture with too many pixels is refused before it is decoded', async () => {
  expect(await codeOf(await png(5000, 5000).toBuffer())).toBe('picture_too_large');
  expect(await codeOf(svg(square, 'width="100000" height="100000"'))).toBe('picture_too_large');
});

test('nested references that multiply shapes, and deep nesting, are refused', async () => {
  let shapes = '<g id="l0"><rect width="9" height="9"/></g>';
  for (let level = 1; level < 20; level += 1)
    shapes += `<g id="l${level}"><use href="#l${level - 1}"/><use href="#l${level - 1}"/></g>`;
  expect(await codeOf(svg(`<defs>${shapes}</defs><use href="#l19"/>`))).toBe('picture_unsafe');
  expect(await codeOf(svg('<g>'.repeat(20_000) + '</g>'.repeat(20_000)))).toBe('picture_too_large');
});

test('too large files, other formats, and broken, empty or tiny pictures are refused', async () => {
  expect(await codeOf(Buffer.alloc(1024 * 1024 + 1, 0x89))).toBe('picture_too_large');
  expect(await codeOf(svg(`<path d="M0 0${'L1 1'.repeat(40_000)}"/>`))).toBe('picture_too_large');
  expect(await codeOf(await png(100, 20).jpeg().toBuffer())).toBe('picture_unreadable');
  expect(await codeOf(Buffer.from('GIF89a'))).toBe('picture_unreadable');
  expect(await codeOf(Buffer.alloc(0))).toBe('picture_unreadable');
  expect(await codeOf((await png(100, 20).toBuffer()).subarray(0, 60))).toBe('picture_unreadable');
  expect(await codeOf(svg(''))).toBe('picture_unreadable');
});
