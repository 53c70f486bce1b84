from PySide6.QtWidgets import QDialog
class SettingsDialog(QDialog):
    pass
