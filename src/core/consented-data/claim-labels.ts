import type { LetterLanguage } from '../letters/language.js';
import type { StandardClaim } from './claims.js';

export const claimLabels: Readonly<Record<LetterLanguage, Readonly<Record<StandardClaim, string>>>> = {
  en: {
    ...{ name: 'Full name', family_name: 'Family name', given_name: 'Given name', middle_name: 'Middle name' },
    ...{ nickname: 'Nickname', preferred_username: 'Username', profile: 'Profile page', picture: 'Picture' },
    ...{ website: 'Website', gender: 'Gender', birthdate: 'Date of birth', zoneinfo: 'Time zone', locale: 'Language' },
    ...{ email: 'Email address', email_verified: 'Email address confirmed', phone_number: 'Phone number' },
    ...{ phone_number_verified: 'Phone number confirmed', address: 'Address' },
  },
  de: {
    ...{ name: 'Vollständiger Name', family_name: 'Nachname', given_name: 'Vorname', middle_name: 'Zweiter Vorname' },
    ...{ nickname: 'Rufname', preferred_username: 'Benutzername', profile: 'Profilseite', picture: 'Bild' },
    ...{ website: 'Website', gender: 'Geschlecht', birthdate: 'Geburtsdatum', zoneinfo: 'Zeitzone', locale: 'Sprache' },
    ...{ email: 'E-Mail-Adresse', email_verified: 'E-Mail-Adresse bestätigt', phone_number: 'Telefonnummer' },
    ...{ phone_number_verified: 'Telefonnummer bestätigt', address: 'Adresse' },
  },
  es: {
    ...{ name: 'Nombre completo', family_name: 'Apellidos', given_name: 'Nombre', middle_name: 'Segundo nombre' },
    ...{ nickname: 'Apodo', preferred_username: 'Nombre de usuario', profile: 'Página de perfil', picture: 'Foto' },
    ...{ website: 'Sitio web', gender: 'Género', birthdate: 'Fecha de nacimiento', zoneinfo: 'Zona horaria' },
    ...{ locale: 'Idioma', email: 'Correo electrónico', email_verified: 'Correo electrónico confirmado' },
    ...{ phone_number: 'Teléfono', phone_number_verified: 'Teléfono confirmado', address: 'Dirección' },
  },
  fr: {
    ...{ name: 'Nom complet', family_name: 'Nom de famille', given_name: 'Prénom', middle_name: 'Deuxième prénom' },
    ...{ nickname: 'Surnom', preferred_username: 'Nom d’utilisateur', profile: 'Page de profil', picture: 'Photo' },
    ...{ website: 'Site web', gender: 'Genre', birthdate: 'Date de naissance', zoneinfo: 'Fuseau horaire' },
    ...{ locale: 'Langue', email: 'Adresse e-mail', email_verified: 'Adresse e-mail confirmée' },
    ...{
      phone_number: 'Numéro de téléphone',
      phone_number_verified: 'Numéro de téléphone confirmé',
      address: 'Adresse',
    },
  },
  ar: {
    ...{ name: 'الاسم الكامل', family_name: 'اسم العائلة', given_name: 'الاسم الأول', middle_name: 'الاسم الأوسط' },
    ...{ nickname: 'الاسم المستعار', preferred_username: 'اسم المستخدم', profile: 'صفحة الملف الشخصي' },
    ...{ picture: 'الصورة', website: 'الموقع الإلكتروني', gender: 'الجنس', birthdate: 'تاريخ الميلاد' },
    ...{ zoneinfo: 'المنطقة الزمنية', locale: 'اللغة', email: 'البريد الإلكتروني' },
    ...{ email_verified: 'البريد الإلكتروني مؤكد', phone_number: 'رقم الهاتف' },
    ...{ phone_number_verified: 'رقم الهاتف مؤكد', address: 'العنوان' },
  },
};
