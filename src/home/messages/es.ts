import type { DoorTexts } from './texts.js';

export const es: DoorTexts = {
  name: 'Español',
  title: 'Su propia página',
  text: 'Vea qué se guarda de usted y cada comprobación de su rostro, y termine lo que ya no quiera. Primero demuestre que es usted.',
  whose: '¿Dónde tiene su cuenta?',
  faceTitle: 'Con su rostro',
  userName: 'Nombre de usuario',
  faceCheck: 'Ir a la comprobación del rostro',
  signInTitle: 'Con su inicio de sesión',
  signInText: 'Si no puede o no quiere mostrar su rostro.',
  signIn: (organisation) => (organisation === null ? 'Iniciar sesión' : `Iniciar sesión en ${organisation}`),
  refused: {
    face: 'La comprobación del rostro no se superó. Inténtelo de nuevo o elija otra forma.',
    over: 'Ha tardado demasiado o se empezó en otro navegador. Empiece de nuevo.',
    'sign-in': 'El inicio de sesión no se terminó. Inténtelo de nuevo.',
    unknown: 'Ha iniciado sesión, pero con una cuenta que no tiene página aquí.',
    down: 'Algo que hace falta no responde. Inténtelo de nuevo en un momento.',
    later: 'Ha habido demasiados intentos. Espere unos minutos.',
  },
  languages: 'Idioma',
};
