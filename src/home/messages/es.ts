import type { DoorTexts } from './texts.js';

export const es: DoorTexts = {
  name: 'Español',
  title: 'Su comprobación facial',
  text: 'Consulte sus datos guardados y todas las comprobaciones faciales, y finalice lo que no desee. Confirme primero que es usted.',
  whose: '¿Dónde está su cuenta?',
  faceTitle: 'Con su rostro',
  userName: 'Nombre de usuario',
  faceCheck: 'Continuar a la comprobación facial',
  signInTitle: 'Con su inicio de sesión',
  signInText: 'Si no puede o no quiere usar su rostro.',
  signIn: (organisation) => (organisation === null ? 'Iniciar sesión' : `Iniciar sesión en ${organisation}`),
  refused: {
    face: 'La comprobación facial ha fallado. Inténtelo de nuevo o use otro método.',
    over: 'Tardó demasiado o se inició en otro navegador. Empiece de nuevo.',
    'sign-in': 'El inicio de sesión no se completó. Inténtelo de nuevo.',
    unknown: 'Ha iniciado sesión con una cuenta que no tiene página aquí.',
    down: 'Un servicio necesario no responde. Inténtelo de nuevo en un momento.',
    later: 'Demasiados intentos. Inténtelo de nuevo en unos minutos.',
  },
  languages: 'Idioma',
};
