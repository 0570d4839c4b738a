import { expect } from '@jest/globals';
import { texts as en } from '../../locales/compiled/console/help-desk/en.js';
import type { Language } from '../../src/core/base/languages.js';
import { expectAccessible, expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowser, useShared } from '../../support/browser/page-suite.js';
import { press, screenOf, see } from '../../support/browser/walk.js';
import { adminKey } from '../../support/servers/api-server.js';
import { enter, faultsIn, startAnotherWayStage, type Window } from './another-way-stage.js';
import { countClicks } from './clicks.js';
import { visitConsole } from './console-visitor.js';

/* Who cannot show their face passes by a code, on the real page: the codes come by mail, and from the help desk's console. */

const seats: readonly (readonly [Language, Window])[] = [
  ['en', 'phone'],
  ['ar', 'desktop'],
];
const stage = useShared(() =>
  startAnotherWayStage([...seats.map(([language]) => `mail-${language}`), 'hasty', 'locked', 'bypass']),
);

const otherThan = (code: string): string => (code === '000000' ? '111111' : '000000');

for (const [language, window] of seats) {
  inBrowser(`a code by e-mail, ${language}, ${window}: a wrong code is refused, the correct one passes`, async () => {
    const subject = `mail-${language}`;
    const person = await stage().refuse(subject, { language, window });
    const { page, words } = person;
    await expectWithinReach(page);
    await press(page, words.ways.names.email);
    await see(page, 'code');
    await expectWithinReach(page);
    const code = stage().mailedCode(subject);
    await enter(person, otherThan(code));
    await page.getByText(words.ways.wrong).waitFor();
    await expectWithinReach(page);
    expect(await stage().stateOf(person.stepUpId)).toBe('started');
    // As people copy it.
    await enter(person, `${code.slice(0, 3)} ${code.slice(3)}`);
    await see(page, 'passed_another_way');
    await page.getByText(words.ways.passed.text).waitFor();
    await expectWithinReach(page);
    expect(await stage().stateOf(person.stepUpId)).toBe('passed_another_way');
    expect(faultsIn(person.complaints)).toEqual([]);
    await person.close();
  });
}

inBrowser('the screen of a lockout that wrong codes caused offers help, but no code', async () => {
  const person = await stage().refuse('locked', { language: 'en', window: 'phone' });
  const { page, words } = person;
  await press(page, words.ways.names.bypass_code);
  for (let code: unknown = null; code !== 'locked_out'; ) {
    const answer = page.waitForResponse(/another-way/);
    await enter(person, 'aaaa-aaaa-aaaa');
    ({ code } = await (await answer).json());
  }
  await page.getByText(words.problems['locked-out'].text).waitFor();
  await press(page, words.otherWay);
  await see(page, 'ways');
  expect(await page.getByRole('button', { name: words.help.ask }).count()).toBe(1);
  for (const name of Object.values(words.ways.names)) expect(await page.getByRole('button', { name }).count()).toBe(0);
  await person.close();
});

/** A promise in the page. The page's policy forbids what waits by itself. */
const until = (condition: string): string =>
  `new Promise((resolve) => { const look = () => (${condition} ? resolve() : setTimeout(look, 20)); look(); })`;

/** Has the camera come only once `letCamera` is called, as where a browser asks for it. */
const holdCamera = `{
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    await new Promise((resolve) => { globalThis.letCamera = resolve; });
    globalThis.given = await open(wanted);
    return globalThis.given;
  };
}`;

inBrowser('choosing another way while the camera opens keeps that screen and stops the camera', async () => {
  const person = await stage().refuse('hasty', { language: 'en', window: 'phone' });
  const { page, words } = person;
  await page.evaluate(holdCamera);
  await press(page, words.back);
  await see(page, 'consent');
  await press(page, words.agree);
  await page.evaluate(until('"letCamera" in globalThis'));
  await press(page, words.cannot);
  await see(page, 'ways');
  await page.evaluate('letCamera()');
  await page.evaluate(until('globalThis.given?.getTracks().every(({ readyState }) => readyState === "ended")'));
  expect(await screenOf(page)).toBe('ways');
  await press(page, words.ways.names.email);
  await see(page, 'code');
  expect(faultsIn(person.complaints)).toEqual([]);
  await person.close();
});

inBrowser('an agent issues a bypass code in at most five clicks; the code passes once', async () => {
  const { browser, origin } = stage();
  const agent = await visitConsole(browser, origin, { key: adminKey });
  const { click, count } = countClicks();
  await click(agent.page.getByRole('navigation').first().getByRole('link', { name: en.heading }));
  await click(agent.page.getByRole('link', { name: en.parts.codes }));
  await agent.page.getByLabel(en.person.login).fill('bypass@example.com');
  await click(agent.page.getByRole('button', { name: en.codes.submit }));
  const code = await agent.page.getByLabel(`${en.codes.code}: bypass@example.com`, { exact: true }).inputValue();
  expect(count()).toBeLessThanOrEqual(5);
  const listed = agent.page.getByRole('row').filter({ hasText: 'bypass@example.com' });
  await listed.getByText(en.codes.ready).waitFor();
  await expectAccessible(agent.page);
  const person = await stage().refuse('bypass', { language: 'fr', window: 'phone' });
  await press(person.page, person.words.ways.names.bypass_code);
  await see(person.page, 'code');
  await enter(person, code);
  await see(person.page, 'passed_another_way');
  expect(await stage().stateOf(person.stepUpId)).toBe('passed_another_way');
  await agent.page.reload();
  await agent.page.getByText(en.codes.none).waitFor();
  expect(await agent.page.content()).not.toContain(code);
  const again = await stage().refuse('bypass', { language: 'es', window: 'desktop' });
  await press(again.page, again.words.ways.names.bypass_code);
  await see(again.page, 'code');
  await enter(again, code);
  await again.page.getByText(again.words.ways.wrong).waitFor();
  expect(await stage().stateOf(again.stepUpId)).toBe('started');
  for (const each of [agent, person, again]) await each.close();
});
