import { expect, test } from '@jest/globals';
import { httpAddressOf } from './http-address.js';

test.each([
  ['face.example.com', 'http://face.example.com:8080'],
  ['127.0.0.1', 'http://127.0.0.1:8080'],
  ['::1', 'http://[::1]:8080'],
])('the host %s results in a valid server address', (host, address) => {
  expect(httpAddressOf(host, 8080)).toBe(address);
  expect(new URL(httpAddressOf(host, 8080)).port).toBe('8080');
});
