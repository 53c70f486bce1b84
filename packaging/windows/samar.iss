; Inno Setup 6: for one person, without an administrator. Compiled by packaging/build.py:
;   iscc /DVersion=… /DBundle=… /DIcons=… /O… samar.iss

#ifndef Version
  #error Version, Bundle and Icons are given by packaging/build.py
#endif

[Setup]
AppId={{6E5D1B0E-5F0B-4C37-9E0C-5A6D61720001}
AppName=Samar
AppVersion={#Version}
AppPublisher=The authors of Samar
DefaultDirName={localappdata}\Programs\Samar
DisableProgramGroupPage=yes
DisableDirPage=auto
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
OutputBaseFilename=samar-{#Version}-windows-setup
Compression=lzma2/max
SolidCompression=yes
SetupIconFile={#Icons}\samar.ico
UninstallDisplayIcon={app}\samarw.exe
UninstallDisplayName=Samar
WizardStyle=modern
ChangesAssociations=yes
CloseApplications=yes
RestartApplications=no
LicenseFile=..\..\LICENSE
ShowLanguageDialog=auto

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "ar"; MessagesFile: "compiler:Languages\Arabic.isl"

[CustomMessages]
en.DesktopIcon=Put an icon on the desktop
ar.DesktopIcon=ضع أيقونة على سطح المكتب
en.OpenModels=Open .gguf models with Samar
ar.OpenModels=افتح نماذج ‎.gguf‎ بسمر
en.Launch=Open Samar
ar.Launch=افتح سمر
en.ModelFile=GGUF model
ar.ModelFile=نموذج GGUF

[Tasks]
Name: desktopicon; Description: "{cm:DesktopIcon}"; Flags: unchecked
Name: openmodels; Description: "{cm:OpenModels}"

[InstallDelete]
; an upgrade leaves no library of the version before
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Bundle}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{userprograms}\Samar"; Filename: "{app}\samarw.exe"; AppUserModelID: "app.samar.Samar"
Name: "{userdesktop}\Samar"; Filename: "{app}\samarw.exe"; AppUserModelID: "app.samar.Samar"; Tasks: desktopicon

[Registry]
Root: HKCU; Subkey: "Software\Classes\Samar.gguf"; ValueType: string; ValueData: "{cm:ModelFile}"; Flags: uninsdeletekey
Root: HKCU; Subkey: "Software\Classes\Samar.gguf\DefaultIcon"; ValueType: string; ValueData: "{app}\samarw.exe,0"
Root: HKCU; Subkey: "Software\Classes\Samar.gguf\shell\open\command"; ValueType: string; ValueData: """{app}\samarw.exe"" ""%1"""
Root: HKCU; Subkey: "Software\Classes\.gguf\OpenWithProgids"; ValueType: string; ValueName: "Samar.gguf"; ValueData: ""; Flags: uninsdeletevalue
Root: HKCU; Subkey: "Software\Classes\.gguf"; ValueType: string; ValueData: "Samar.gguf"; Flags: uninsdeletevalue; Tasks: openmodels

[Run]
Filename: "{app}\samarw.exe"; Description: "{cm:Launch}"; Flags: nowait postinstall skipifsilent
; chats, settings and models in {localappdata}\samar are the person's own: uninstalling leaves them
