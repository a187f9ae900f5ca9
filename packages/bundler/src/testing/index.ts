export { refuseNativeFile } from './refuse-native-file.ts'
