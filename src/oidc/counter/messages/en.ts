import type { CounterTexts } from './texts.js';

export const en: CounterTexts = {
  startTitle: 'A check at a counter',
  startText: 'Enter the code shown at the counter.',
  code: 'Counter code',
  orShow: 'Show a code to the counter instead',
  openTitle: (name) => `${name} wants to confirm it’s you`,
  openText:
    'Continue only if you are there now. You enter your username and do a face check. You are asked before the counter gets any other data.',
  isHere: 'I’m there: continue',
  numbersTitle: 'Two numbers',
  tell: 'Tell the counter this number:',
  choose: 'Which number did the counter tell you?',
  none: 'None of these',
  shownTitle: 'Show this to the counter',
  shownText: 'They scan it, or you read out the digits. It works once, for three minutes.',
  picture: 'Your code to scan',
  wasRead: 'They have it: continue',
  doneTitle: 'Done',
  doneText: (name) => `${name} sees the result for one minute.`,
  doneNumber: 'If they ask for it, your number is',
  endedTitle: 'This check has ended',
  endedText: 'No data was shared. Ask at the counter for a new code.',
  goneTitle: 'This code has expired',
  goneText: 'It expired, or was opened in another browser. Ask at the counter for a new one.',
  busyTitle: 'Not right now',
  busyText: 'Try again in a minute.',
};
