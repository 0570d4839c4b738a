import type { DoorTexts } from './texts.js';

export const fr: DoorTexts = {
  name: 'Français',
  title: 'Votre vérification du visage',
  text: 'Consultez vos données conservées et toutes les vérifications du visage, et mettez fin à ce que vous ne souhaitez pas. Confirmez d’abord qu’il s’agit bien de vous.',
  whose: 'Où se trouve votre compte ?',
  faceTitle: 'Avec votre visage',
  userName: 'Nom d’utilisateur',
  faceCheck: 'Continuer vers la vérification du visage',
  signInTitle: 'Avec votre connexion',
  signInText: 'Si vous ne pouvez pas ou ne souhaitez pas utiliser votre visage.',
  signIn: (organisation) => (organisation === null ? 'Se connecter' : `Se connecter chez ${organisation}`),
  refused: {
    face: 'La vérification du visage a échoué. Réessayez ou utilisez une autre méthode.',
    over: 'L’opération a pris trop de temps ou a été lancée dans un autre navigateur. Veuillez recommencer.',
    'sign-in': 'La connexion n’a pas été terminée. Veuillez réessayer.',
    unknown: 'Vous êtes connecté avec un compte qui n’a pas de page ici.',
    down: 'Un service requis ne répond pas. Veuillez réessayer dans un instant.',
    later: 'Trop de tentatives. Réessayez dans quelques minutes.',
  },
  languages: 'Langue',
};
