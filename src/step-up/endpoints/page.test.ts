import { expect, test } from '@jest/globals';
import { startApiServer } from '../../../support/servers/api-server.js';

const server = await startApiServer();

const get = (path: string, encoding = 'br') =>
  fetch(server.origin + path, { headers: { 'accept-encoding': encoding } });

test.each(['/face', '/face/', '/face/kiosk'])(
  '%s serves the page with the strictest content security policy',
  async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|https?:/);
    expect(response.headers.get('permissions-policy')).toContain('camera=(self)');
    const html = await response.text();
    expect(html).not.toMatch(/<script(?![^>]*src=)|<style|style=|https?:\/\//);
    for (const [, asset] of html.matchAll(/(?:src|href)="([^"]+)"/g)) expect((await get(asset!)).status).toBe(200);
  },
);

test('the page links only the texts of its language, for the browser to fetch with the script', async () => {
  const links = async (query: string) =>
    (await (await get(`/face${query}`)).text()).match(/<link rel="modulepreload" data-language[^>]*>/g);
  expect(await links('?lang=de')).toEqual([expect.stringMatching(/data-language="de".* href="\/face\/assets\/de-/)]);
  expect(await links('')).toEqual([expect.stringMatching(/data-language="en".* href="\/face\/assets\/en-/)]);
});
