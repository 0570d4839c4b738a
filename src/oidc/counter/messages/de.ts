import type { CounterTexts } from './texts.js';

export const de: CounterTexts = {
  startTitle: 'Eine Prüfung am Schalter',
  startText: 'Geben Sie den Code ein, den der Schalter zeigt.',
  code: 'Code des Schalters',
  orShow: 'Stattdessen dem Schalter einen Code zeigen',
  openTitle: (name) => `${name} möchte wissen, dass Sie es sind`,
  openText:
    'Machen Sie nur weiter, wenn Sie jetzt dort stehen. Sie werden gefragt, wer Sie sind, und schauen dann in die Kamera. Was der Schalter sonst wissen möchte, werden Sie gefragt.',
  isHere: 'Ich stehe dort: weiter',
  numbersTitle: 'Zwei Zahlen',
  tell: 'Sagen Sie am Schalter diese Zahl:',
  choose: 'Welche Zahl sagt man Ihnen am Schalter?',
  none: 'Keine davon',
  shownTitle: 'Zeigen Sie dies am Schalter',
  shownText: 'Man liest ihn ein, oder Sie sagen die Ziffern. Er gilt einmal, drei Minuten lang.',
  picture: 'Ihr Code, zum Einlesen',
  wasRead: 'Man hat ihn: weiter',
  doneTitle: 'Fertig',
  doneText: (name) => `${name} sieht das Ergebnis eine Minute lang.`,
  doneNumber: 'Falls man danach fragt, Ihre Zahl ist',
  endedTitle: 'Diese Prüfung ist beendet',
  endedText: 'Über Sie wurde nichts mitgeteilt. Bitten Sie am Schalter um einen neuen Code.',
  goneTitle: 'Dieser Code gilt nicht mehr',
  goneText: 'Er ist abgelaufen oder wurde in einem anderen Browser geöffnet. Bitten Sie am Schalter um einen neuen.',
  busyTitle: 'Gerade nicht',
  busyText: 'Versuchen Sie es in einer Minute noch einmal.',
};
