import { de as applications } from '../../applications/messages/de.js';
import { de as requests } from '../../requests/messages/de.js';
import type { MineWords } from './mine-words.js';

export const de: MineWords = {
  heading: 'Meine Anwendungen',
  intro:
    'Ihre Programme, die diesen Server aufrufen. Jedes beginnt mit einem Antrag, den die Administration beantwortet.',
  none: 'Sie betreuen noch keine Anwendung. Beantragen Sie unten eine.',
  all: 'Alle meine Anwendungen',
  requests: 'Meine Anträge',
  noRequests: 'Sie haben noch nichts beantragt.',
  begin: 'Neuer Antrag',
  tenant: 'Mandant',
  toApplication: 'Zur Anwendung: Nutzung, Abweisungen, Schlüssel',
  ownId: 'Ihre Kennung',
  ownIdHint:
    'Geben Sie sie der Administration, wenn Sie eine Anwendung mitbetreuen sollen, die jemand anderes beantragt hat.',
  sandbox: {
    heading: 'Erst ausprobieren',
    catalogue: 'Der Katalog: jeder Aufruf, mit Beispiel',
    none: 'Hier gibt es keine Testumgebung. Fragen Sie die Administration.',
    text: (connection, perMinute, perDay) =>
      `Ein Token für die Testumgebung ${connection}, in der niemand echt ist: einen Tag gültig, ${perMinute} Anfragen pro Minute, ${perDay} pro Tag.`,
    take: 'Test-Token holen',
    token: 'Test-Token',
    once: 'Es wird nur dieses eine Mal gezeigt.',
    curl: 'Ein erster Aufruf zum Ausprobieren',
    again: 'Das nächste beendet dieses.',
  },
  wish: {
    purposeHint: 'Für wen sie ist, und was sie mit der Antwort macht. Die Administration liest das.',
    connectionHint: 'Für wessen Personen sie ist.',
    redirectUrisHint: 'Nur für einen OpenID-Client, eine pro Zeile: https, ganz ausgeschrieben.',
    contactHint: 'Wen man dazu fragt.',
    most: (most) => `Höchstens ${most}.`,
    save: 'Entwurf speichern',
    change: 'Antrag ändern',
    more: 'Eine Änderung beantragen',
    moreHint: 'Mehr Berechtigungen oder ein größeres Kontingent: Es gilt, sobald es genehmigt ist.',
  },
  next: {
    draft: 'Noch sieht das sonst niemand. Lesen Sie es noch einmal, und reichen Sie es ein.',
    submitted: 'Es ist eingereicht. Die Antwort kommt hier.',
    asked_back: 'Es gibt eine Rückfrage. Beantworten Sie sie, und reichen Sie den Antrag wieder ein.',
    approved: 'Es ist genehmigt.',
    refused: 'Es wurde abgelehnt. Sie dürfen einen anderen Antrag schreiben.',
  },
  handIn: {
    heading: 'Einreichen',
    terms: (version) => `Die Bedingungen, Version ${version}`,
    agree: 'Den Bedingungen zustimmen und einreichen',
    submit: 'Einreichen',
    messageHint: 'Sie darf leer bleiben.',
  },
  say: { label: 'Nachricht an die Administration', submit: 'Senden' },
  withdraw: {
    label: 'Antrag zurückziehen',
    title: (name) => `${name} zurückziehen?`,
    text: 'Er ist weg, mit allem, was dazu gesagt wurde.',
  },
  firstKey: {
    text: 'Er entsteht, wenn Sie ihn abholen, und wird einmal gezeigt. Halten Sie den Ort bereit, an dem das Programm seine Geheimnisse liest.',
    take: 'Ersten Schlüssel abholen',
    label: 'Erster Schlüssel',
    once: 'Er wird nur dieses eine Mal gezeigt. Geht er verloren, geben Sie den nächsten aus und widerrufen Sie diesen.',
  },
  refusals: {
    heading: 'Abgewiesene Aufrufe',
    text: 'Die letzten 100 aus 7 Tagen. Über die Personen, um die es ging, wird hier nichts aufbewahrt.',
    requestId: 'Anfragekennung',
    requestIdHint: 'X-Request-Id der Antwort. Leer: die letzten.',
    find: 'Suchen',
    none: 'Kein Aufruf wurde abgewiesen.',
    time: 'Wann',
    endpoint: 'Aufruf',
    code: 'Code',
    cause: 'Ursache',
  },
  // Same terms as on the administrators' screens.
  facts: requests.facts,
  states: requests.states,
  thread: requests.thread,
  keys: applications.keys,
  usage: applications.usage,
};
