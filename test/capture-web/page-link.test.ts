import { describe, expect, test } from '@jest/globals';
import { parseKioskLink, parsePageLink, parseScannedLink, toReturnLink } from '../../web/capture/page-link.js';

describe('the fragment of a page link', () => {
  test('has the ticket of a page link, and a return URL if one is given', () => {
    expect(parsePageLink('#id.secret')).toEqual({ ticket: 'id.secret', returnUrl: null });
    expect(parsePageLink('#handoff.id.secret&return=https%3A%2F%2Fapp.example%2Fback%3Fa%3D1%26b%3D2')).toEqual({
      ticket: 'handoff.id.secret',
      returnUrl: 'https://app.example/back?a=1&b=2',
    });
  });

  test.each(['', '#', '#&return=https%3A%2F%2Fapp.example'])('%p contains no ticket', (fragment) => {
    expect(parsePageLink(fragment)).toBeNull();
  });
});

describe('a scanned link', () => {
  const page = 'https://id.example/face';
  test('is accepted if it leads to this page', () => {
    for (const text of [`${page}#id.secret`, `${page}?lang=de&sent#id.secret`])
      expect(parseScannedLink(text, page)).toEqual({ ticket: 'id.secret', returnUrl: null });
  });

  test.each(['https://evil.example/face#id.secret', `${page}/kiosk#id.secret`, `${page}`, 'id.secret', ''])(
    '%s is refused',
    (text) => {
      expect(parseScannedLink(text, page)).toBeNull();
    },
  );
});

test('the fragment of a kiosk link contains the kiosk id and its secret, and anything else is refused', () => {
  expect(parseKioskLink('#k1.s-e_c')).toEqual({ kiosk: 'k1', secret: 's-e_c' });
  for (const wrong of ['', '#', '#k1', '#k1.', '#.s', '#k1.s&x=1']) expect(parseKioskLink(wrong)).toBeNull();
});

test('the fragment of the return link contains the receipt', () => {
  expect(toReturnLink('https://app.example/back?a=1', null)).toBe('https://app.example/back?a=1');
  expect(toReturnLink('https://app.example/back', 'a.b.c')).toBe('https://app.example/back#face_receipt=a.b.c');
  expect(toReturnLink('https://app.example/#/home', 'a.b.c')).toBe('https://app.example/#/home&face_receipt=a.b.c');
});
