export interface CounterTexts {
  readonly startTitle: string;
  readonly startText: string;
  readonly code: string;
  readonly orShow: string;
  readonly openTitle: (name: string) => string;
  readonly openText: string;
  readonly isHere: string;
  readonly numbersTitle: string;
  readonly tell: string;
  readonly choose: string;
  readonly none: string;
  readonly shownTitle: string;
  readonly shownText: string;
  readonly picture: string;
  readonly wasRead: string;
  readonly doneTitle: string;
  readonly doneText: (name: string) => string;
  readonly doneNumber: string;
  readonly endedTitle: string;
  readonly endedText: string;
  readonly goneTitle: string;
  readonly goneText: string;
  readonly busyTitle: string;
  readonly busyText: string;
}
