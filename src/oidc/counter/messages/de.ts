import type { CounterTexts } from './texts.js';

export const de: CounterTexts = {
  startTitle: 'Prüfung am Schalter',
  startText: 'Geben Sie den Code ein, der am Schalter angezeigt wird.',
  code: 'Code vom Schalter',
  orShow: 'Stattdessen am Schalter einen Code zeigen',
  openTitle: (name) => `${name} möchte bestätigen, dass Sie es sind`,
  openText:
    'Fahren Sie nur fort, wenn Sie jetzt dort sind. Sie geben Ihren Benutzernamen ein und führen eine Gesichtsprüfung durch. Bevor der Schalter weitere Daten erhält, werden Sie gefragt.',
  isHere: 'Ich bin dort: weiter',
  numbersTitle: 'Zwei Zahlen',
  tell: 'Nennen Sie am Schalter diese Zahl:',
  choose: 'Welche Zahl wurde Ihnen am Schalter genannt?',
  none: 'Keine davon',
  shownTitle: 'Zeigen Sie dies am Schalter',
  shownText: 'Der Code wird gescannt, oder Sie lesen die Ziffern vor. Er funktioniert einmal, drei Minuten lang.',
  picture: 'Ihr Code zum Scannen',
  wasRead: 'Code wurde erfasst: weiter',
  doneTitle: 'Fertig',
  doneText: (name) => `${name} sieht das Ergebnis eine Minute lang.`,
  doneNumber: 'Falls Sie danach gefragt werden: Ihre Zahl ist',
  endedTitle: 'Diese Prüfung wurde beendet',
  endedText: 'Es wurden keine Daten weitergegeben. Bitten Sie am Schalter um einen neuen Code.',
  goneTitle: 'Dieser Code ist abgelaufen',
  goneText: 'Er ist abgelaufen oder wurde in einem anderen Browser geöffnet. Bitten Sie am Schalter um einen neuen.',
  busyTitle: 'Im Moment nicht möglich',
  busyText: 'Versuchen Sie es in einer Minute erneut.',
};
