import { claimLabels } from '../../core/consented-data/claim-labels.js';
import type { ConsentTexts } from './texts.js';

export const de: ConsentTexts = {
  title: (application) => `${application} bittet um Angaben über Sie`,
  text: (from) =>
    `Sie wurden soeben aus Ihrem Profil${from === null ? '' : ` bei ${from}`} gelesen. Hier wird nichts davon aufbewahrt.`,
  textOfSeveral:
    'Sie wurden soeben aus Ihren Profilen an den jeweils genannten Stellen gelesen. Hier wird nichts davon aufbewahrt.',
  from: 'Von',
  unlinked: (source) => `${source}: Ihr Konto ist nicht verknüpft`,
  unlinkedText: 'Die Anwendung bittet auch um dies von dort. Sie erhält es nur, wenn Sie Ihr Konto verknüpfen.',
  linkHere: 'Um es zu verknüpfen, gehen Sie zurück zur Anwendung und melden Sie sich mit der Kamera dieses Geräts an.',
  link: (source) => `Mein Konto bei ${source} verknüpfen`,
  linkText: 'Geben Sie Ihren dortigen Benutzernamen ein. Zeigen Sie dann noch einmal Ihr Gesicht, für jenes Konto.',
  linkUntil: (date) => `Die Verknüpfung gilt bis ${date}. Sie können sie vorher beenden.`,
  notNow: 'Nicht jetzt',
  notLinked: (source) => `Ihr Konto bei ${source} wurde nicht verknüpft.`,
  linkAction: 'Diese zwei meiner Konten verknüpfen',
  unanswered: (source) => `${source} hat nicht geantwortet`,
  unansweredText: 'Die Anwendung bittet auch um dies von dort. Es fehlt vorerst. Sie können ohne es fortfahren.',
  goesTo: 'Sie gehen an',
  atCounter: 'Sie werden am Schalter eine Minute lang angezeigt.',
  cardTitle: (credential) => `Was soll in „${credential}“ stehen?`,
  cardGoesTo: 'Sie kommen in Ihre Wallet und zu niemandem sonst.',
  cardOptionalText: 'Kreuzen Sie an, was darin stehen soll. Beim Vorzeigen können Sie jedes einzeln zurückhalten.',
  needed: 'Nötig',
  neededText: 'Ohne diese kann die Anwendung nicht fortfahren.',
  optional: 'Wie Sie möchten',
  optionalText: 'Kreuzen Sie an, was die Anwendung erfahren darf.',
  absent: 'Nicht in Ihrem Profil',
  yes: 'Ja',
  no: 'Nein',
  until: (date) => `Wenn Sie zustimmen, gilt es bis ${date}. Sie können es vorher beenden.`,
  agree: 'Zustimmen und weiter',
  refuse: 'Nicht zustimmen',
  unreadableTitle: 'Ihr Profil kann gerade nicht gelesen werden',
  unreadableText:
    'Ihre Gesichtsprüfung ist bestanden, mit ihr ist alles in Ordnung. Versuchen Sie es gleich noch einmal.',
  tryAgain: 'Noch einmal versuchen',
  labels: claimLabels.de,
  address: {
    ...{ formatted: 'Adresse', street_address: 'Straße', locality: 'Ort', region: 'Region' },
    ...{ postal_code: 'Postleitzahl', country: 'Land' },
  },
};
