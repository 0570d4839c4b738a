import { claimLabels } from '../../core/consented-data/claim-labels.js';
import type { ConsentTexts } from './texts.js';

export const fr: ConsentTexts = {
  title: (application) => `${application} demande des informations sur vous`,
  text: (from) =>
    `Elles viennent d’être lues dans votre profil${from === null ? '' : ` chez ${from}`} et ne sont pas conservées ici.`,
  textOfSeveral:
    'Elles viennent d’être lues dans vos profils auprès des sources indiquées et ne sont pas conservées ici.',
  from: 'De',
  unlinked: (source) => `${source} : votre compte n’est pas associé`,
  unlinkedText: 'L’application demande aussi ces données. Elle ne les reçoit que si vous associez votre compte.',
  linkHere: 'Pour l’associer, revenez à l’application et connectez-vous avec la caméra de cet appareil.',
  link: (source) => `Associer mon compte chez ${source}`,
  linkText: 'Saisissez-y votre nom d’utilisateur, puis effectuez une vérification du visage pour ce compte.',
  linkUntil: (date) => `L’association est valable jusqu’au ${date}. Vous pouvez y mettre fin à tout moment.`,
  notNow: 'Pas maintenant',
  notLinked: (source) => `Votre compte chez ${source} n’a pas été associé.`,
  linkAction: 'Associer ces deux comptes',
  unanswered: (source) => `${source} n’a pas répondu`,
  unansweredText:
    'L’application demande aussi ces données. Elles sont omises pour l’instant. Vous pouvez continuer sans elles.',
  goesTo: 'Partagées avec',
  atCounter: 'Affichées au guichet pendant une minute.',
  cardTitle: (credential) => `Que doit contenir « ${credential} » ?`,
  cardGoesTo: 'Elles sont enregistrées uniquement dans votre portefeuille.',
  cardOptionalText: 'Sélectionnez ce qui doit y figurer. Vous pourrez masquer chaque donnée en la présentant.',
  needed: 'Obligatoires',
  neededText: 'L’application ne peut pas continuer sans ces données.',
  optional: 'Facultatives',
  optionalText: 'Sélectionnez ce que vous souhaitez partager avec l’application.',
  absent: 'Absent de votre profil',
  yes: 'Oui',
  no: 'Non',
  until: (date) => `Si vous acceptez, l’accès est valable jusqu’au ${date}. Vous pouvez y mettre fin à tout moment.`,
  agree: 'Accepter et continuer',
  refuse: 'Ne pas accepter',
  unreadableTitle: 'Votre profil ne peut pas être lu pour le moment',
  unreadableText: 'Votre vérification du visage a réussi. Réessayez dans un instant.',
  tryAgain: 'Réessayer',
  labels: claimLabels.fr,
  address: {
    ...{ formatted: 'Adresse', street_address: 'Rue', locality: 'Ville', region: 'Région' },
    ...{ postal_code: 'Code postal', country: 'Pays' },
  },
};
